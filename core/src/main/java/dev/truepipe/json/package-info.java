/** Small JSON documents, read and written whole. Enter at {@link dev.truepipe.json.Json}. */
package dev.truepipe.json;
