package dev.truepipe.functions;

import dev.truepipe.json.Json;
import java.util.Map;

/** Compiled settings of one dataset, street-cars, as a document that tests may change. No object is looked at: most tests have none. */
final class TestSettings {
    private TestSettings() {}

    static Map<String, Object> json(String labels) {
        try {
            return Json.parseObject("""
                    {"format":"truepipe-settings-1","mapConcurrency":40,"notify":null,"datasets":[{
                      "name":"street-cars","labels":"%s","labelBucket":"notification","label":["street-cars"],
                      "images":["s3://images/"],"split":{"validationBasisPoints":2000,"groupBy":"object","seed":1},
                      "gates":{"maxQuarantinedBasisPoints":500,"minPerClass":10,"minNewLabels":1},
                      "settleSeconds":300,"sweepSeconds":86400,
                      "training":{"image":"123456789012.dkr.ecr.us-east-1.amazonaws.com/cars:1",
                        "metrics":[{"name":"validation:mAP","regex":"validation:mAP=([0-9.]+)"}],
                        "instances":["ml.g5.2xlarge"],"spot":"never","maxRuntimeSeconds":14400,"maxWaitSeconds":18000,
                        "volumeSizeInGB":50,"hyperparameters":{"epochs":"4"},
                        "objective":{"metric":"validation:mAP","direction":"maximize","tolerance":0.01}},
                      "partial":"deny","negatives":"keep","labelCategories":null,"checkObjects":"none","findings":{}}]}
                    """.formatted(labels).getBytes(java.nio.charset.StandardCharsets.UTF_8));
        } catch (java.io.IOException e) {
            throw new AssertionError(e);
        }
    }
}
