package dev.truepipe.run;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.truepipe.report.ModelReportContent.Box;
import dev.truepipe.report.ModelReportContent.Sample;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PredictionsTest {
    private static final String IMAGE = """
            {"file":"0001.jpg","width":320,"height":240,"truth":[{"class_id":0,"left":1,"top":2.5,"width":30,"height":20}],\
            "predicted":[{"class_id":7,"confidence":0.93,"left":1,"top":2,"width":30,"height":20}]}""";

    @Test
    void readsBoxesAndThePictureTheyBelongTo() throws IOException {
        byte[] jpeg = {1, 2, 3};
        List<Sample> samples = Predictions.of(Map.of("predictions.json", document(IMAGE), "0001.jpg", jpeg, "other", new byte[9]), Map.of());

        Sample sample = samples.getFirst();
        assertEquals(1, samples.size());
        assertArrayEquals(jpeg, sample.jpeg());
        assertEquals(List.of(new Box("car", Double.NaN, 1, 2.5, 30, 20)), sample.truth());
        assertEquals(List.of(new Box("7", 0.93, 1, 2, 30, 20)), sample.predicted(), "a class without a name goes by its id");
    }

    @Test
    void callsClassesAsTheLabelsDo() throws IOException {
        Sample sample = Predictions.of(Map.of("predictions.json", document(IMAGE)), Map.of(0, "voiture", 7, "camion")).getFirst();
        assertEquals("voiture", sample.truth().getFirst().label());
        assertEquals("camion", sample.predicted().getFirst().label());
    }

    @Test
    void looksNamesUpAndFollowsNoPath() throws IOException {
        byte[] document = document(IMAGE.replace("0001.jpg", "../../etc/passwd"));

        assertEquals(0, Predictions.of(Map.of("predictions.json", document), Map.of()).getFirst().jpeg().length);
    }

    @Test
    void takesTwentyFourAtMost() throws IOException {
        byte[] document = document(String.join(",", Collections.nCopies(40, IMAGE)));

        assertEquals(24, Predictions.of(Map.of("predictions.json", document), Map.of()).size());
    }

    @Test
    void hasNoneWhereTheAlgorithmLeftNone() throws IOException {
        assertEquals(List.of(), Predictions.of(Map.of(), Map.of()));
    }

    @Test
    void saysWhatIsWrong() {
        IOException wrong = assertThrows(
                IOException.class,
                () -> Predictions.of(Map.of("predictions.json", document(IMAGE.replace("\"width\":320", "\"width\":\"wide\""))), Map.of()));

        assertTrue(wrong.getMessage().startsWith("predictions.json: \"width\": expected a whole number"), wrong.getMessage());
    }

    private static byte[] document(String images) {
        return ("{\"format\":\"truepipe-predictions-1\",\"classes\":{\"0\":\"car\"},\"images\":[" + images + "]}")
                .getBytes(StandardCharsets.UTF_8);
    }
}
