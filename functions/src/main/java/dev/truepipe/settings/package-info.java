/**
 * What the owner of a pipeline decides, once: {@code truepipe.yaml}.
 *
 * <p>Enter at {@link dev.truepipe.settings.SettingsFile#read} where people write (synth, command line): it reports every
 * mistake with file, line and cure. Enter at {@link dev.truepipe.settings.Settings#fromJson} where programs read (Lambda):
 * the compiled form has every default filled in. Nothing here reads S3 or the environment.
 */
package dev.truepipe.settings;
