/**
 * The one description of what runs in the cloud: functions, queue, rules, state machine, metrics and alarms.
 *
 * <p>Enter at {@link dev.truepipe.workload.Workload}. Plain values only: {@code infra} makes the template from it, the
 * command line hands it to the embedded cloud, and a test holds the one against the other. Names and ARNs that only a
 * deployment knows stand as {@link dev.truepipe.workload.Value.Reference}.
 */
package dev.truepipe.workload;
