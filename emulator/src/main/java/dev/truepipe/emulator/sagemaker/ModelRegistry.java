package dev.truepipe.emulator.sagemaker;

import static dev.truepipe.emulator.sagemaker.TrainingJob.ordered;
import static dev.truepipe.emulator.sagemaker.TrainingJob.seconds;
import static dev.truepipe.emulator.sagemaker.TrainingRequest.invalid;

import dev.truepipe.emulator.api.Arns;
import dev.truepipe.emulator.api.AwsError;
import dev.truepipe.emulator.files.WholeFile;
import dev.truepipe.json.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/** Model package groups and their versions, kept in one file so that they survive a restart. */
final class ModelRegistry {
    private static final Pattern NAME = Pattern.compile("[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}");
    private static final Pattern ARN = Pattern.compile("arn:aws(-[\\w]+)*:sagemaker:.+:[0-9]{12}:model-package/[\\S]{1,2048}");
    private static final List<String> APPROVALS = List.of("Approved", "Rejected", "PendingManualApproval");

    private static final List<String> SUMMARY = List.of(
            "ModelPackageGroupName",
            "ModelPackageVersion",
            "ModelPackageArn",
            "ModelPackageDescription",
            "CreationTime",
            "ModelPackageStatus",
            "ModelApprovalStatus");

    /** Oldest first; versions of one group, made within a millisecond, by number. */
    private static final Comparator<Map<String, Object>> BY_AGE = Comparator
            .comparingDouble((Map<String, Object> version) -> ((Number) version.get("CreationTime")).doubleValue())
            .thenComparing(version -> (String) version.get("ModelPackageGroupName"))
            .thenComparingLong(version -> ((Number) version.get("ModelPackageVersion")).longValue());

    private final Path file;
    private final Clock clock;
    private final Map<String, Map<String, Object>> groups = new LinkedHashMap<>();
    private final Map<String, Map<String, Object>> packages = new LinkedHashMap<>();

    ModelRegistry(Path file, Clock clock) throws IOException {
        this.file = file;
        this.clock = clock;
        if (Files.exists(file)) {
            Map<String, Object> stored = Json.parseObject(Files.readAllBytes(file));
            Json.object(stored.get("groups")).forEach((name, group) -> groups.put(name, Json.object(group)));
            Json.object(stored.get("packages")).forEach((arn, version) -> packages.put(arn, Json.object(version)));
        }
    }

    synchronized Map<String, Object> createGroup(Map<String, Object> request) throws AwsError {
        Constraints constraints = new Constraints();
        String name = constraints.string(request, "ModelPackageGroupName", "modelPackageGroupName", 1, 63, NAME);
        constraints.check();
        String arn = Arns.modelPackageGroup(name);
        if (groups.containsKey(name)) {
            throw invalid("Model Package Group already exists: " + arn);
        }
        Map<String, Object> group = ordered("ModelPackageGroupName", name, "ModelPackageGroupArn", arn);
        if (request.get("ModelPackageGroupDescription") != null) {
            group.put("ModelPackageGroupDescription", request.get("ModelPackageGroupDescription"));
        }
        group.put("CreationTime", seconds(clock.instant()));
        group.put("ModelPackageGroupStatus", "Completed");
        groups.put(name, group);
        save();
        return ordered("ModelPackageGroupArn", arn);
    }

    synchronized Map<String, Object> describeGroup(Map<String, Object> request) throws AwsError {
        Map<String, Object> described = new LinkedHashMap<>(group(text(request, "ModelPackageGroupName")));
        described.put("CreatedBy", Map.of());
        return described;
    }

    synchronized Map<String, Object> listGroups(Map<String, Object> request) throws AwsError {
        Constraints constraints = new Constraints();
        Listing listing = Listing.read(request, List.of("Name", "CreationTime"), constraints);
        constraints.check();
        Comparator<Map<String, Object>> order = listing.order("ModelPackageGroupName", "ModelPackageGroupName");
        List<Map<String, Object>> found = groups.values().stream()
                .filter(group -> listing.wants(group, "ModelPackageGroupName"))
                .sorted(order)
                .map(group -> (Map<String, Object>) new LinkedHashMap<>(group))
                .toList();
        return Pages.of(request, "ModelPackageGroupSummaryList", found, order, listing.sortedBy("ModelPackageGroupName", "ModelPackageGroupName"));
    }

    /** Whether a group or a version has this ARN. */
    synchronized boolean has(String arn) {
        return packages.containsKey(arn) || groups.values().stream().anyMatch(group -> arn.equals(group.get("ModelPackageGroupArn")));
    }

    /** Adds the next version to a group that exists. */
    synchronized Map<String, Object> create(Map<String, Object> request) throws AwsError {
        if (request.get("ModelPackageGroupName") == null) {
            throw invalid("the embedded SageMaker registers versioned model packages only; give ModelPackageGroupName");
        }
        String group = name(text(request, "ModelPackageGroupName"));
        if (!groups.containsKey(group)) {
            throw invalid("Model Package Group " + Arns.modelPackageGroup(group) + " does not exist.");
        }
        Object approval = request.getOrDefault("ModelApprovalStatus", "PendingManualApproval");
        approval(approval);
        long version = packages.values().stream()
                .filter(other -> other.get("ModelPackageGroupName").equals(group))
                .mapToLong(other -> (Long) other.get("ModelPackageVersion"))
                .max()
                .orElse(0) + 1;
        String arn = Arns.modelPackage(group, version);
        Map<String, Object> stored = new LinkedHashMap<>(request);
        stored.remove("Tags");
        stored.remove("ClientToken");
        stored.put("ModelPackageName", group);
        stored.put("ModelPackageGroupName", group);
        stored.put("ModelPackageVersion", version);
        stored.put("ModelPackageArn", arn);
        stored.put("ModelApprovalStatus", approval);
        stored.put("ModelPackageStatus", "Completed");
        stored.put("ModelPackageStatusDetails", ordered("ValidationStatuses", List.of(), "ImageScanStatuses", List.of()));
        stored.put("CreationTime", seconds(clock.instant()));
        packages.put(arn, stored);
        save();
        return ordered("ModelPackageArn", arn);
    }

    synchronized Map<String, Object> describe(Map<String, Object> request) throws AwsError {
        return new LinkedHashMap<>(version(text(request, "ModelPackageName")));
    }

    /** All of a group, newest first, or oldest first with {@code SortOrder} Ascending. */
    synchronized Map<String, Object> list(Map<String, Object> request) throws AwsError {
        Object group = request.get("ModelPackageGroupName");
        if (group != null) {
            group(group.toString());
        }
        Object approval = request.get("ModelApprovalStatus");
        List<Map<String, Object>> summaries = new ArrayList<>();
        for (Map<String, Object> version : packages.values()) {
            if ((group == null || name(group.toString()).equals(version.get("ModelPackageGroupName")))
                    && (approval == null || approval.equals(version.get("ModelApprovalStatus")))) {
                Map<String, Object> summary = new LinkedHashMap<>();
                for (String field : SUMMARY) {
                    if (version.containsKey(field)) {
                        summary.put(field, version.get(field));
                    }
                }
                summaries.add(summary);
            }
        }
        Comparator<Map<String, Object>> order = "Ascending".equals(request.get("SortOrder")) ? BY_AGE : BY_AGE.reversed();
        summaries.sort(order);
        return Pages.of(request, "ModelPackageSummaryList", summaries, order, List.of("CreationTime", "ModelPackageGroupName", "ModelPackageVersion"));
    }

    synchronized Map<String, Object> update(Map<String, Object> request) throws AwsError {
        Map<String, Object> version = version(text(request, "ModelPackageArn"));
        Object approval = request.get("ModelApprovalStatus");
        if (approval != null) {
            approval(approval);
            version.put("ModelApprovalStatus", approval);
        }
        for (String field : List.of("ApprovalDescription", "CustomerMetadataProperties")) {
            if (request.get(field) != null) {
                version.put(field, request.get(field));
            }
        }
        version.put("LastModifiedTime", seconds(clock.instant()));
        save();
        return ordered("ModelPackageArn", version.get("ModelPackageArn"));
    }

    private static void approval(Object approval) throws AwsError {
        if (!APPROVALS.contains(approval)) {
            Constraints constraints = new Constraints();
            constraints.note(approval, "modelApprovalStatus", "Member must satisfy enum value set: " + APPROVALS);
            constraints.check();
        }
    }

    private static String text(Map<String, Object> request, String field) throws AwsError {
        Constraints constraints = new Constraints();
        String text = constraints.string(
                request, field, field.substring(0, 1).toLowerCase(Locale.ROOT) + field.substring(1), 1, 2048, null);
        constraints.check();
        return text;
    }

    private Map<String, Object> group(String nameOrArn) throws AwsError {
        Map<String, Object> group = groups.get(name(nameOrArn));
        if (group == null) {
            throw invalid("Model Package Group " + Arns.modelPackageGroup(name(nameOrArn)) + " does not exist.");
        }
        return group;
    }

    private Map<String, Object> version(String arn) throws AwsError {
        if (!ARN.matcher(arn).matches() || !packages.containsKey(arn)) {
            throw invalid("ModelPackage " + arn + " does not exist.");
        }
        return packages.get(arn);
    }

    private static String name(String nameOrArn) {
        return nameOrArn.substring(nameOrArn.lastIndexOf('/') + 1);
    }

    private void save() {
        try {
            WholeFile.write(file, Json.pretty(ordered("groups", groups, "packages", packages)));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot keep the model packages in " + file, e);
        }
    }
}
