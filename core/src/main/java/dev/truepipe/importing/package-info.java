/**
 * Labels from elsewhere become an augmented manifest.
 *
 * <p>Enter at {@link dev.truepipe.importing.Importer}. A format is a {@link dev.truepipe.importing.LabelReader}: it looks once for the
 * task and the classes, then yields labeled objects one by one; {@link dev.truepipe.importing.ManifestWriter} is the only one that
 * judges and writes them. Whatever is left out has a finding, and is counted: images + annotations = written + annotations kept + skipped.
 *
 * <p>In the core, since nothing but the JDK (StAX for XML; DTDs and external entities off) and the streaming JSON parser is needed: bytes come
 * in, lines go out, and the command line, or a function, brings both. {@code data.yaml} of YOLO is read by whoever has a YAML parser.
 * No network, no clock: a date is the tool's own, else that of the file.
 */
package dev.truepipe.importing;
