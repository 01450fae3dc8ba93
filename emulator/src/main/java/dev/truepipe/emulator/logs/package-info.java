/**
 * Log streams of functions and training jobs, as files that people can open and as CloudWatch Logs answers them.
 *
 * <p>Enter at {@link dev.truepipe.emulator.logs.LogStore}; whoever runs a process writes there. The service reads the
 * same files, so a log survives a restart.
 */
package dev.truepipe.emulator.logs;
