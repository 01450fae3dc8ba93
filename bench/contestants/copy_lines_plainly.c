/* Copies the lines of a manifest into two files, every fifth line into the second, as most would write it: getline and fwrite. */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <sys/types.h>

int main(int count, char **arguments) {
    if (count != 4) return fprintf(stderr, "usage: copy_lines_plainly MANIFEST TRAIN VALIDATION\n"), 2;
    FILE *manifest = fopen(arguments[1], "r"), *sides[] = {fopen(arguments[2], "w"), fopen(arguments[3], "w")};
    if (!manifest || !sides[0] || !sides[1]) return perror("open"), 2;
    char *line = NULL;
    size_t room = 0;
    long lines = 0;
    for (ssize_t length; (length = getline(&line, &room, manifest)) > 0; lines++)
        if (fwrite(line, 1, (size_t)length, sides[lines % 5 == 4]) < (size_t)length) return perror("write"), 2;
    if (ferror(manifest) || fclose(sides[0]) || fclose(sides[1])) return perror("copy"), 2;
    free(line);
    return printf("{\"lines\":%ld}\n", lines) < 0;
}
