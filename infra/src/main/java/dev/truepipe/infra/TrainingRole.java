package dev.truepipe.infra;

import dev.truepipe.settings.DatasetSettings;
import dev.truepipe.settings.KmsKeys;
import dev.truepipe.settings.Settings;
import dev.truepipe.settings.TrainingSettings;
import dev.truepipe.storage.S3Uri;
import dev.truepipe.training.InstanceDisks;
import dev.truepipe.workload.Workload;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import software.amazon.awscdk.Stack;
import software.amazon.awscdk.services.iam.PolicyStatement;
import software.amazon.awscdk.services.iam.Role;
import software.amazon.awscdk.services.iam.ServicePrincipal;
import software.constructs.Construct;

/**
 * What a training job may do: read the sealed manifests and the images they name, write its model, checkpoints, log and metrics, pull
 * its image.
 *
 * @see <a href="https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-roles.html">SageMaker execution roles</a>
 */
final class TrainingRole extends Construct {
    private final Role role;

    TrainingRole(Construct scope, String id, Settings settings, WorkBucket work, Optional<String> generatedLabelBucket, Names names, Optional<StackKey> key) {
        super(scope, id);
        Stack stack = Stack.of(this);
        String account = stack.getAccount();
        role = Role.Builder.create(this, "Role")
                .description("Truepipe's training jobs")
                .assumedBy(ServicePrincipal.Builder.create("sagemaker.amazonaws.com")
                        .conditions(Map.of("StringEquals", Map.of("aws:SourceAccount", account)))
                        .build())
                .build();
        String s3 = "arn:" + stack.getPartition() + ":s3:::";
        Set<String> images = new LinkedHashSet<>();
        Set<String> buckets = new LinkedHashSet<>();
        for (DatasetSettings dataset : settings.datasets()) {
            for (S3Uri image : dataset.images()) {
                String bucket = image.bucket().equals(Settings.GENERATED_BUCKET) ? generatedLabelBucket.orElseThrow() : image.bucket();
                images.add(s3 + bucket + "/" + image.key() + "*");
                buckets.add(s3 + bucket);
            }
        }
        allow("ReadImages", List.of("s3:GetObject"), images);
        allow("ListImages", List.of("s3:ListBucket"), buckets);
        allow("ListWork", List.of("s3:ListBucket"), List.of(work.arn()));
        allow("ReadSealedVersions", List.of("s3:GetObject"), List.of(work.arn() + "/datasets/*/versions/*"));
        // Checkpoints are read again after an interruption, and old ones are removed.
        allow("WriteModelsAndCheckpoints", List.of("s3:GetObject", "s3:PutObject", "s3:AbortMultipartUpload"),
                List.of(work.arn() + "/datasets/*/models/*", work.arn() + "/datasets/*/checkpoints/*"));
        allow("RemoveCheckpoints", List.of("s3:DeleteObject"), List.of(work.arn() + "/datasets/*/checkpoints/*"));
        String logs = "arn:" + stack.getPartition() + ":logs:" + stack.getRegion() + ":" + account + ":log-group:/aws/sagemaker/TrainingJobs";
        allow("WriteItsLog", List.of("logs:CreateLogGroup", "logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"),
                List.of(logs, logs + ":*"));
        role.addToPolicy(PolicyStatement.Builder.create()
                .sid("WriteItsMetrics")
                .actions(List.of("cloudwatch:PutMetricData"))
                .resources(List.of("*"))
                .conditions(Map.of("StringEquals", Map.of("cloudwatch:namespace",
                        List.of("/aws/sagemaker/TrainingJobs", "aws/sagemaker/TrainingJobs"))))
                .build());
        allow("PullImage", List.of("ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"),
                names.resolve(Workload.imageRepositories(settings)));
        allow("LogInToEcr", List.of("ecr:GetAuthorizationToken"), List.of("*"));
        key.ifPresent(of -> allowKey(of, settings));
        if (!settings.kmsKeys().images().isEmpty()) {
            List<String> services = settings.kmsKeys().images().stream().map(KmsKeys::s3Beside).distinct().toList();
            allow("DecryptImages", List.of("kms:Decrypt"), settings.kmsKeys().images(),
                    Map.of("StringEquals", Map.of("kms:ViaService", services.size() == 1 ? services.getFirst() : services)));
        }
        allowVpc(settings);
    }

    /** What S3 asks KMS for in the job's name, and what SageMaker does itself for a job that names a key. */
    private void allowKey(StackKey key, Settings settings) {
        allow("UseTheKeyOfTheStackInS3", List.of("kms:Decrypt", "kms:GenerateDataKey"), List.of(key.arn()), StackKey.only(Stack.of(this), "s3"));
        allow("EncryptModels", List.of("kms:Encrypt"), List.of(key.arn()));
        boolean volumes = settings.datasets().stream().flatMap(dataset -> dataset.training().instances().stream()).anyMatch(type -> !InstanceDisks.on(type));
        if (volumes) {
            allow("EncryptVolumes", List.of("kms:CreateGrant"), List.of(key.arn()), Map.of("Bool", Map.of("kms:GrantIsForAWSResource", "true")));
        }
    }

    /**
     * SageMaker puts the job's network interfaces into the VPC in the role's name. Subnets and groups are named by their ids, whosever
     * account shares them; IAM knows no resource for looking at them, and interfaces have no name before they are made.
     */
    private void allowVpc(Settings settings) {
        Stack stack = Stack.of(this);
        String ec2 = "arn:" + stack.getPartition() + ":ec2:" + stack.getRegion() + ":*:";
        List<TrainingSettings.Network> networks = settings.datasets().stream().map(dataset -> dataset.training().network()).toList();
        List<String> subnets = networks.stream().flatMap(network -> network.subnets().stream()).distinct().map(subnet -> ec2 + "subnet/" + subnet).toList();
        List<String> groups = networks.stream().flatMap(network -> network.securityGroups().stream()).distinct().map(group -> ec2 + "security-group/" + group).toList();
        if (subnets.isEmpty()) {
            return;
        }
        String interfaces = ec2 + "network-interface/*";
        List<String> makeIn = new ArrayList<>(List.of(interfaces));
        makeIn.addAll(subnets);
        makeIn.addAll(groups);
        allow("MakeNetworkInterfaces", List.of("ec2:CreateNetworkInterface"), makeIn);
        allow("HandNetworkInterfacesToSageMaker", List.of("ec2:CreateNetworkInterfacePermission"), List.of(interfaces),
                Map.of("ArnLike", Map.of("ec2:Subnet", subnets)));
        allow("RemoveNetworkInterfaces", List.of("ec2:DeleteNetworkInterface", "ec2:DeleteNetworkInterfacePermission"), List.of(interfaces));
        allow("LookAtTheVpc", List.of("ec2:DescribeDhcpOptions", "ec2:DescribeNetworkInterfaces", "ec2:DescribeSecurityGroups", "ec2:DescribeSubnets", "ec2:DescribeVpcs"),
                List.of("*"));
    }

    String arn() {
        return role.getRoleArn();
    }

    private void allow(String sid, List<String> actions, Iterable<String> resources) {
        allow(sid, actions, resources, Map.of());
    }

    private void allow(String sid, List<String> actions, Iterable<String> resources, Map<String, Object> conditions) {
        List<String> all = new ArrayList<>();
        resources.forEach(all::add);
        role.addToPolicy(PolicyStatement.Builder.create().sid(sid).actions(actions).resources(all).conditions(conditions).build());
    }
}
