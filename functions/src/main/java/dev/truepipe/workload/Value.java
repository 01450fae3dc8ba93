package dev.truepipe.workload;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** Text with holes that only a deployment can fill: an environment value, an ARN, part of an event pattern. */
public sealed interface Value {

    /** Text as it stands. */
    record Text(String text) implements Value {}

    /** What a deployment knows. */
    record Reference(Resource resource) implements Value {}

    /** The ARN of a function's alias, by which the state machine and the queue invoke it. */
    record FunctionArn(String function) implements Value {}

    /** Values one after the other. */
    record Joined(List<Value> parts) implements Value {
        public Joined {
            parts = List.copyOf(parts);
        }
    }

    /** Everything of a deployment that the description refers to. */
    enum Resource {
        /** {@code aws}, {@code aws-cn} or {@code aws-us-gov}. */
        PARTITION,
        REGION,
        ACCOUNT,
        /** What follows the Region and a dot in the host of the console's pages: {@code console.aws.amazon.com} in {@code aws}. */
        CONSOLE_DOMAIN,
        /** Name of the stack. */
        STACK,
        /** Name of the bucket that holds runs, sealed versions and models. */
        WORK_BUCKET,
        /** Name of the label bucket that the stack makes and names itself, if a dataset's labels arrive there. */
        LABEL_BUCKET,
        /** {@code s3://bucket/key} of the compiled settings. */
        SETTINGS_URI,
        /** Name of the bucket of {@link #SETTINGS_URI}. */
        SETTINGS_BUCKET,
        /** Key of {@link #SETTINGS_URI}. */
        SETTINGS_KEY,
        STATE_MACHINE_ARN,
        STATE_MACHINE_NAME,
        TRAINING_ROLE_ARN,
        TOPIC_ARN,
        QUEUE_ARN,
        QUEUE_NAME,
        DEAD_LETTER_QUEUE_NAME,
        /** What stands before the dataset's name in the name of its model package group. */
        MODEL_PACKAGE_GROUP_PREFIX,
        /** The same in lower case. */
        MODEL_PACKAGE_GROUP_PREFIX_LOWER
    }

    /** Joins strings, {@link Resource}s and values. */
    static Value text(Object... parts) {
        List<Value> values = new ArrayList<>();
        for (Object part : parts) {
            values.add(switch (part) {
                case Value value -> value;
                case Resource resource -> new Reference(resource);
                case String text -> new Text(text);
                default -> throw new IllegalArgumentException("neither text nor reference: " + part);
            });
        }
        return values.size() == 1 ? values.getFirst() : new Joined(values);
    }

    /**
     * Fills the holes.
     *
     * @param resources what each resource is called in this deployment; may answer with a CDK token
     * @param functionArns alias ARN by function name
     */
    default String resolve(Function<Resource, String> resources, Function<String, String> functionArns) {
        return switch (this) {
            case Text text -> text.text();
            case Reference reference -> resources.apply(reference.resource());
            case FunctionArn arn -> functionArns.apply(arn.function());
            case Joined joined -> {
                StringBuilder all = new StringBuilder();
                joined.parts().forEach(part -> all.append(part.resolve(resources, functionArns)));
                yield all.toString();
            }
        };
    }
}
