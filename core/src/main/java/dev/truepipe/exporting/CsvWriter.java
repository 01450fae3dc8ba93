package dev.truepipe.exporting;

import dev.truepipe.manifest.Task;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;

/**
 * One table, {@code labels.csv}: a row for each box, {@code source-ref,class,left,top,width,height,image_width,image_height}; a row for each object
 * with classes, {@code source-ref,label} or {@code source,label}, several classes ({@code labels}) parted by {@code |}.
 */
final class CsvWriter implements LabelWriter {
    static final String FILE = "labels.csv";

    private final Csv csv;
    private final Task task;

    CsvWriter(Path out, Task task) throws IOException {
        this.task = task;
        csv = new Csv(out.resolve(FILE));
        if (task.equals(Task.OBJECT_DETECTION)) {
            csv.row("source-ref", "class", "left", "top", "width", "height", "image_width", "image_height");
        } else {
            csv.row(task.ofTexts() ? "source" : "source-ref", task.multiLabel() ? "labels" : "label");
        }
    }

    @Override
    public String line(int round, LabeledLine line) throws IOException {
        if (task.ofTexts() && !line.isText()) {
            return "its text lies in S3, and is not read: " + line.source();
        }
        if (!task.equals(Task.OBJECT_DETECTION)) {
            if (task.multiLabel() && line.annotations().stream().anyMatch(one -> one.className().indexOf('|') >= 0)) {
                return "a class has | in its name, which parts classes here";
            }
            csv.row(line.source(), line.annotations().stream().map(LabeledLine.Annotation::className).collect(Collectors.joining("|")));
            return null;
        }
        String width = Numbers.text(line.width());
        String height = Numbers.text(line.height());
        for (LabeledLine.Annotation box : line.annotations()) {
            csv.row(line.source(), box.className(), Numbers.text(box.left()), Numbers.text(box.top()), Numbers.text(box.boxWidth()), Numbers.text(box.boxHeight()), width, height);
        }
        if (line.annotations().isEmpty()) {
            csv.row(line.source(), "", "", "", "", "", width, height);
        }
        return null;
    }

    @Override
    public List<String> files() {
        return List.of(FILE);
    }

    @Override
    public void close() throws IOException {
        csv.close();
    }
}
