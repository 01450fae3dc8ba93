/**
 * One run over a dataset, from labels to a sealed version and a judged model: the work of each state, over the object
 * store.
 *
 * <p>Enter at the class named for the state: {@code PlanDataset}, {@code ScanChunk}, {@code DecideDataset},
 * {@code WriteChunk}, {@code SealDataset}, {@code JudgeModel}. Each writes only below its run's or dataset's folder, and
 * writes the same bytes when it is repeated. What comes next is the state machine's business. No clock and no service is
 * reached from here: both are handed in.
 */
package dev.truepipe.run;
