package dev.truepipe.emulator.states;

/**
 * Names one execution.
 *
 * @param arn {@code arn:aws:states:us-east-1:000000000000:execution:<machine>:<name>}; a child of a Distributed Map has
 *     {@code <machine>/<Map state>} instead of the machine
 * @param name unique within its machine
 * @param item which item of which Map it works on; {@code null} unless it is a child of a Distributed Map
 */
public record ExecutionRef(String arn, String name, Item item) {

    /** @param mapRunArn the run of the Map
     *  @param state name of the Map state
     *  @param index the item's place, from 0
     *  @param parentArn the execution that the Map belongs to */
    public record Item(String mapRunArn, String state, int index, String parentArn) {}
}
