package dev.truepipe.emulator.states;

import dev.truepipe.emulator.api.Arns;
import java.time.Instant;
import java.util.Map;
import java.util.Set;

/** A definition that was read, checked and found to ask only for what is implemented. */
public final class StateMachine {
    private final String name;
    private final String text;
    private final DefinitionReader.Definition definition;
    private final Instant created;

    private StateMachine(String name, String text, DefinitionReader.Definition definition, Instant created) {
        this.name = name;
        this.text = text;
        this.definition = definition;
        this.created = created;
    }

    /**
     * Reads a definition.
     *
     * @param name of the state machine: letters, digits, {@code -} and {@code _}, at most 80
     * @param definition Amazon States Language, JSONata, with <code>${Name}</code> still in it
     * @param substitutions what each <code>${Name}</code> stands for, put in as text as CloudFormation does; each must
     *     be used and each one used must be there
     * @param created shown by {@code DescribeStateMachine}
     * @throws InvalidDefinition naming state and field of everything that is wrong or not implemented here
     */
    public static StateMachine load(String name, String definition, Map<String, String> substitutions, Instant created)
            throws InvalidDefinition {
        if (!name.matches("[A-Za-z0-9_-]{1,80}")) {
            throw new IllegalArgumentException("not a state machine name: \"" + name + "\"");
        }
        return new StateMachine(name, definition, DefinitionReader.read(name, definition, substitutions), created);
    }

    public String name() {
        return name;
    }

    public String arn() {
        return Arns.stateMachine(name);
    }

    /** Every Task's {@code Resource}, sorted. */
    public Set<String> resources() {
        return definition.resources();
    }

    /** As it was written. */
    String text() {
        return text;
    }

    Instant created() {
        return created;
    }

    State.Flow flow() {
        return definition.flow();
    }

    /** {@code null} for none. */
    Long timeoutSeconds() {
        return definition.timeoutSeconds();
    }
}
