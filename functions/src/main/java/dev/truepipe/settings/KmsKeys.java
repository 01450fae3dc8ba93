package dev.truepipe.settings;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Keys of one's own that what the stack reads lies under. Their policies must let the account's IAM policies decide, as KMS's default
 * key policy does.
 *
 * @param labels ARNs of the keys of manifests: {@code labels}, hold-outs and category files in buckets that exist
 * @param images ARNs of the keys of the objects that lines name; those of {@code labels} among them where images lie beside labels
 */
public record KmsKeys(List<String> labels, List<String> images) {
    /** Nothing lies under a key. */
    public static final KmsKeys NONE = new KmsKeys(List.of(), List.of());

    public KmsKeys {
        labels = List.copyOf(labels);
        images = List.copyOf(images);
    }

    /** S3 of the Region and partition that a key lies in, as KMS calls who asks for it: {@code s3.eu-west-1.amazonaws.com}. */
    public static String s3Beside(String keyArn) {
        String[] parts = keyArn.split(":");
        return "s3." + parts[3] + (parts[1].equals("aws-cn") ? ".amazonaws.com.cn" : ".amazonaws.com");
    }

    Map<String, Object> toJson() {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("labels", new ArrayList<Object>(labels));
        json.put("images", new ArrayList<Object>(images));
        return json;
    }

    static KmsKeys fromJson(Fields fields) {
        return new KmsKeys(fields.texts("labels"), fields.texts("images"));
    }
}
