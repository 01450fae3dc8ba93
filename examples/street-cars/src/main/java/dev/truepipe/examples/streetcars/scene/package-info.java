/**
 * Draws labeled street scenes, and writes them as SageMaker Ground Truth would.
 *
 * <p>Enter at {@link dev.truepipe.examples.streetcars.scene.StreetScenes} for a labeled dataset with a few honest
 * defects, or at {@link dev.truepipe.examples.streetcars.scene.StandIn} for a stand-in picture under labels whose own
 * images are elsewhere. Pictures are drawn without a screen and without fonts. Nothing here knows the detector that
 * learns from the pictures, and the detector knows nothing of this.
 */
package dev.truepipe.examples.streetcars.scene;
