/**
 * The cloud at home: S3, SQS, Lambda, Step Functions, SageMaker training, EventBridge, SNS and Logs on loopback, for the
 * demo, tests and development.
 *
 * <p>Enter at {@code EmbeddedCloud}, which is handed a description ({@code …Spec} records) and knows
 * nothing of the functions it runs. What it does not do as AWS does stands in {@code docs/fidelity.md}.
 */
package dev.truepipe.emulator;
