/**
 * The CDK app: what {@code dev.truepipe.workload} describes, as a CloudFormation template.
 *
 * <p>Enter at {@link dev.truepipe.infra.InfraApp}. {@link dev.truepipe.infra.PipelineStack} composes the constructs, of which
 * each owns one responsibility. Names, limits and grants of what runs are never written here: they come from the description, so
 * that the embedded cloud and the template cannot differ.
 */
package dev.truepipe.infra;
