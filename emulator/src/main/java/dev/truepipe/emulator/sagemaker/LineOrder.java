package dev.truepipe.emulator.sagemaker;

/**
 * The order of a manifest's lines in one epoch.
 *
 * <p>SageMaker says only that the order depends on seed and epoch. Ours is a Fisher-Yates shuffle from the last line to the
 * first, fed by SplitMix64 that starts at {@code seed + epoch × 0x9e3779b97f4a7c15}, each draw taken by multiply-and-shift
 * of its upper 32 bits; so it repeats on any machine.
 */
final class LineOrder {
    private static final long GOLDEN = 0x9e3779b97f4a7c15L;

    private LineOrder() {}

    static int[] shuffled(int lines, long seed, int epoch) {
        int[] order = new int[lines];
        for (int i = 0; i < lines; i++) {
            order[i] = i;
        }
        long state = mix(seed + epoch * GOLDEN);
        for (int i = lines - 1; i > 0; i--) {
            state += GOLDEN;
            int other = (int) (((mix(state) >>> 32) * (i + 1L)) >>> 32);
            int kept = order[i];
            order[i] = order[other];
            order[other] = kept;
        }
        return order;
    }

    private static long mix(long z) {
        z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
        z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
        return z ^ (z >>> 31);
    }
}
