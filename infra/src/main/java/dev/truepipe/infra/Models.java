package dev.truepipe.infra;

import dev.truepipe.settings.DatasetSettings;
import java.util.List;
import software.amazon.awscdk.RemovalPolicy;
import software.amazon.awscdk.services.sagemaker.CfnModelPackageGroup;
import software.constructs.Construct;

/** One model package group for each dataset, where promoted models are registered. They stay when the stack goes. */
final class Models extends Construct {
    Models(Construct scope, String id, List<DatasetSettings> datasets, String prefix) {
        super(scope, id);
        for (DatasetSettings dataset : datasets) {
            CfnModelPackageGroup.Builder.create(this, dataset.name())
                    .modelPackageGroupName(prefix + dataset.name())
                    .modelPackageGroupDescription("Models that Truepipe trained on " + dataset.name())
                    .build()
                    .applyRemovalPolicy(RemovalPolicy.RETAIN);
        }
    }
}
