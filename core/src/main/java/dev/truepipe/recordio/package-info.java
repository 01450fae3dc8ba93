/**
 * RecordIO, the framing of Pipe-mode channels. Enter at {@link dev.truepipe.recordio.RecordWriter} and
 * {@link dev.truepipe.recordio.RecordReader}.
 */
package dev.truepipe.recordio;
