package dev.truepipe.training;

import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Which instances bring disks of their own. Those encrypt what is written to them by hardware, and SageMaker refuses a job that names a
 * key for their volume.
 *
 * <p>In AWS's names a {@code d} behind the generation says so ({@code g4dn}, {@code p4d}, {@code c6gd}); of the families below it goes
 * without saying, from a generation on. A family that nobody knew when this was written goes by the same rule.
 *
 * @see <a href="https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ResourceConfig.html">VolumeKmsKeyId</a>
 */
public final class InstanceDisks {
    private static final Pattern TYPE = Pattern.compile("ml\\.([a-z]+?)([0-9]+)([a-z]*)[a-z0-9-]*\\.[a-z0-9]+");
    private static final Set<String> ALWAYS = Set.of("dl", "gr", "i", "trn");
    /** {@code g5}, {@code g6e}, {@code p5en}, {@code p6-b200} and what follows. */
    private static final Set<String> FROM_THE_FIFTH = Set.of("g", "p");

    private InstanceDisks() {}

    /** @param instanceType SageMaker's name, such as {@code ml.g5.2xlarge} */
    public static boolean on(String instanceType) {
        Matcher type = TYPE.matcher(instanceType);
        if (!type.matches()) {
            return false;
        }
        String family = type.group(1);
        return type.group(3).contains("d") || ALWAYS.contains(family)
                || FROM_THE_FIFTH.contains(family) && Integer.parseInt(type.group(2)) >= 5;
    }
}
