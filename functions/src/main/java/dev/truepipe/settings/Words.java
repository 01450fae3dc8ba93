package dev.truepipe.settings;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** Enum constants as the file spells them: lower case, {@code -} for {@code _}. */
final class Words {
    private Words() {}

    static String of(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    static <E extends Enum<E>> Optional<E> find(Class<E> type, String word) {
        return Arrays.stream(type.getEnumConstants()).filter(constant -> of(constant).equals(word)).findFirst();
    }

    static <E extends Enum<E>> E read(Class<E> type, String word) {
        return find(type, word).orElseThrow(() -> new IllegalArgumentException(
                "settings: \"" + word + "\" is none of " + Arrays.stream(type.getEnumConstants()).map(Words::of).toList()));
    }
}
