package dev.truepipe.infra;

import dev.truepipe.workload.FunctionSpec;
import dev.truepipe.workload.QueueSpec;
import dev.truepipe.workload.Workload;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import software.amazon.awscdk.Annotations;
import software.amazon.awscdk.Duration;
import software.amazon.awscdk.RemovalPolicy;
import software.amazon.awscdk.services.iam.PolicyStatement;
import software.amazon.awscdk.services.iam.Role;
import software.amazon.awscdk.services.iam.ServicePrincipal;
import software.amazon.awscdk.services.lambda.Alias;
import software.amazon.awscdk.services.lambda.Architecture;
import software.amazon.awscdk.services.lambda.CfnFunction;
import software.amazon.awscdk.services.lambda.Code;
import software.amazon.awscdk.services.lambda.Function;
import software.amazon.awscdk.services.lambda.FunctionUrlAuthType;
import software.amazon.awscdk.services.lambda.FunctionUrlOptions;
import software.amazon.awscdk.services.lambda.LoggingFormat;
import software.amazon.awscdk.services.lambda.Runtime;
import software.amazon.awscdk.services.lambda.SnapStartConf;
import software.amazon.awscdk.services.lambda.eventsources.SqsEventSource;
import software.amazon.awscdk.services.logs.LogGroup;
import software.amazon.awscdk.services.logs.RetentionDays;
import software.constructs.Construct;

/**
 * Every function of the description, all from one jar: a role, a log group and an alias on a published version each. SnapStart works
 * on published versions only, so whoever invokes takes the alias.
 */
final class WorkloadFunctions extends Construct {
    static final String ALIAS = "live";
    private static final int MOST_CALLS_AT_ONCE = 5;

    private final Map<String, Alias> aliases = new LinkedHashMap<>();
    private final Map<String, String> urls = new LinkedHashMap<>();

    WorkloadFunctions(Construct scope, String id, Workload workload, Path jar, Names names, Optional<StackKey> key) {
        super(scope, id);
        Code code = Code.fromAsset(jar.toString());
        RetentionDays retention = retention(workload.logRetention());
        for (FunctionSpec spec : workload.functions()) {
            Alias alias = function(new Construct(this, spec.name()), spec, code, retention, names, key);
            aliases.put(spec.name(), alias);
            if (spec.url()) {
                urls.put(spec.name(), alias.addFunctionUrl(FunctionUrlOptions.builder().authType(FunctionUrlAuthType.NONE).build()).getUrl());
            }
            names.putFunction(spec.name(), alias.getFunctionArn());
        }
    }

    private static Alias function(Construct scope, FunctionSpec spec, Code code, RetentionDays retention, Names names, Optional<StackKey> key) {
        LogGroup log = LogGroup.Builder.create(scope, "Log").retention(retention).removalPolicy(RemovalPolicy.DESTROY)
                .encryptionKey(key.map(StackKey::key).orElse(null)).build();
        Role role = Role.Builder.create(scope, "Role")
                .description("Truepipe " + spec.name())
                .assumedBy(new ServicePrincipal("lambda.amazonaws.com"))
                .build();
        role.addToPolicy(PolicyStatement.Builder.create()
                .sid("WriteItsLog")
                .actions(List.of("logs:CreateLogStream", "logs:PutLogEvents"))
                .resources(List.of(log.getLogGroupArn()))
                .build());
        Grants.statements(spec.grants(), names).forEach(role::addToPolicy);
        Map<String, String> environment = new LinkedHashMap<>();
        spec.environment().forEach((name, value) -> environment.put(name, names.resolve(value)));
        Function function = Function.Builder.create(scope, "Function")
                .runtime(Runtime.JAVA_25)
                // Anybody may call it: a flood of calls must not take the concurrency that the others live on.
                .reservedConcurrentExecutions(spec.url() ? MOST_CALLS_AT_ONCE : null)
                .architecture(Architecture.ARM_64)
                .code(code)
                .handler(spec.handler())
                .memorySize(spec.memoryMegabytes())
                .timeout(Duration.seconds(spec.timeout().toSeconds()))
                .environment(environment)
                .snapStart(SnapStartConf.ON_PUBLISHED_VERSIONS)
                .role(role)
                .logGroup(log)
                .loggingFormat(LoggingFormat.JSON)
                .build();
        // By the resource itself: the construct's own switch would also write a statement, and the description has one.
        ((CfnFunction) function.getNode().getDefaultChild()).setTracingConfig(CfnFunction.TracingConfigProperty.builder().mode("Active").build());
        Annotations.of(function).acknowledgeWarning("@aws-cdk/aws-lambda:snapStartRequirePublish", "the alias is on a published version");
        return Alias.Builder.create(scope, "Alias").aliasName(ALIAS).version(function.getCurrentVersion()).build();
    }

    /** The address of a function that has one. */
    Optional<String> url(String function) {
        return Optional.ofNullable(urls.get(function));
    }

    /** Lets the queue's messages flow to its function. */
    void consume(ArrivalQueue queue, QueueSpec spec) {
        aliases.get(spec.function()).addEventSource(SqsEventSource.Builder.create(queue.queue())
                .batchSize(spec.batchSize())
                .maxConcurrency(spec.maximumConcurrency())
                .reportBatchItemFailures(spec.reportBatchItemFailures())
                .build());
    }

    /** Alias by function name, in the order of the flow. */
    Map<String, Alias> aliases() {
        return aliases;
    }

    /** CloudWatch Logs knows certain spans only. @throws IllegalArgumentException for any other */
    private static RetentionDays retention(java.time.Duration span) {
        return switch ((int) span.toDays()) {
            case 7 -> RetentionDays.ONE_WEEK;
            case 14 -> RetentionDays.TWO_WEEKS;
            case 30 -> RetentionDays.ONE_MONTH;
            case 60 -> RetentionDays.TWO_MONTHS;
            case 90 -> RetentionDays.THREE_MONTHS;
            case 365 -> RetentionDays.ONE_YEAR;
            default -> throw new IllegalArgumentException("CloudWatch Logs keeps 7, 14, 30, 60, 90 or 365 days here, not " + span.toDays());
        };
    }
}
