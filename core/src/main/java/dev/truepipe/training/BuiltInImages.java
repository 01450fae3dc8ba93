package dev.truepipe.training;

import java.util.Map;

/**
 * Where SageMaker's own training images lie: one ECR account per region serves every algorithm used here.
 *
 * @see <a href="https://docs.aws.amazon.com/sagemaker/latest/dg-ecr-paths/sagemaker-algo-docker-registry-paths.html">Registry paths</a>
 */
final class BuiltInImages {
    private static final Map<String, String> ACCOUNTS = Map.ofEntries(
            Map.entry("af-south-1", "455444449433"),
            Map.entry("ap-east-1", "286214385809"),
            Map.entry("ap-northeast-1", "501404015308"),
            Map.entry("ap-northeast-2", "306986355934"),
            Map.entry("ap-northeast-3", "867004704886"),
            Map.entry("ap-south-1", "991648021394"),
            Map.entry("ap-south-2", "628508329040"),
            Map.entry("ap-southeast-1", "475088953585"),
            Map.entry("ap-southeast-2", "544295431143"),
            Map.entry("ap-southeast-3", "951798379941"),
            Map.entry("ap-southeast-4", "106583098589"),
            Map.entry("ca-central-1", "469771592824"),
            Map.entry("ca-west-1", "190319476487"),
            Map.entry("cn-north-1", "390948362332"),
            Map.entry("cn-northwest-1", "387376663083"),
            Map.entry("eu-central-1", "813361260812"),
            Map.entry("eu-central-2", "680994064768"),
            Map.entry("eu-north-1", "669576153137"),
            Map.entry("eu-south-1", "257386234256"),
            Map.entry("eu-south-2", "104374241257"),
            Map.entry("eu-west-1", "685385470294"),
            Map.entry("eu-west-2", "644912444149"),
            Map.entry("eu-west-3", "749696950732"),
            Map.entry("il-central-1", "898809789911"),
            Map.entry("me-central-1", "272398656194"),
            Map.entry("me-south-1", "249704162688"),
            Map.entry("sa-east-1", "855470959533"),
            Map.entry("us-east-1", "811284229777"),
            Map.entry("us-east-2", "825641698319"),
            Map.entry("us-gov-east-1", "237065988967"),
            Map.entry("us-gov-west-1", "226302683700"),
            Map.entry("us-west-1", "632365934929"),
            Map.entry("us-west-2", "433757028032"));

    private BuiltInImages() {}

    /** @throws TrainingRefusedException if we know no account for the region */
    static String uri(String algorithm, String region) {
        String account = ACCOUNTS.get(region);
        if (account == null) {
            throw new TrainingRefusedException("no account is known that keeps SageMaker's own images in region \"" + region
                    + "\"; name the image yourself: training.image with its metrics");
        }
        String domain = region.startsWith("cn-") ? "amazonaws.com.cn" : "amazonaws.com";
        return account + ".dkr.ecr." + region + "." + domain + "/" + algorithm + ":1";
    }
}
