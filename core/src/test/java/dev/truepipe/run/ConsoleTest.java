package dev.truepipe.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class ConsoleTest {
    @Test
    void leadsToTheConsoleOfTheArnsPartitionAndRegion() {
        String arn = "arn:aws-cn:states:cn-north-1:123456789012:execution:m:e";
        assertTrue(Console.of(arn).exists());
        assertEquals("https://cn-north-1.console.amazonaws.cn/states/home?region=cn-north-1#/v2/executions/details/" + arn, Console.of(arn).execution(arn));
    }

    @Test
    void aCloudOfOnesOwnMachineHasNone() {
        assertFalse(Console.of("arn:aws:states:us-east-1:000000000000:execution:m:e").exists());
    }
}
