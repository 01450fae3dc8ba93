package dev.truepipe.emulator.states;

import dev.truepipe.json.Json;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Walks through a state machine without calling anything: what a Task would be asked for, given what those before it answered.
 *
 * <p>It knows the states that call nothing and wait for nothing, Pass and Choice. What lies between them is for the caller to know.
 */
public final class Rehearsal {
    private final StateMachine machine;
    private final Map<String, Object> context = new LinkedHashMap<>();
    private final Map<String, Object> variables = new LinkedHashMap<>();

    /** @param executionName of the execution that is rehearsed; it has not been redriven @param input of the execution */
    public Rehearsal(StateMachine machine, String executionName, Map<String, Object> input) {
        this.machine = machine;
        Map<String, Object> execution = new LinkedHashMap<>();
        execution.put("Id", machine.arn().replace(":stateMachine:", ":execution:") + ":" + executionName);
        execution.put("Input", input);
        execution.put("Name", executionName);
        execution.put("RedriveCount", 0L);
        context.put("Execution", execution);
    }

    /**
     * Begins the execution, and goes on as long as nothing is called or waited for.
     *
     * @return name of the state at which that ends; {@code null} if the flow ends
     * @throws IllegalStateException if an expression fails, or no rule of a Choice holds
     */
    public String start() {
        return enter(machine.flow().startAt(), Json.object(Json.object(context.get("Execution")).get("Input")));
    }

    /**
     * Leaves a Task as if it had been called, and goes on likewise.
     *
     * @param result what it answered
     * @return name of the state at which that ends; {@code null} if the flow ends
     * @throws IllegalStateException if an expression fails, or no rule of a Choice holds
     */
    public String after(String task, Object result) {
        State.Task state = task(task);
        try {
            return enter(state.leaving().next(), leave(state.leaving(), scope(task, Map.of()).with("result", result), result));
        } catch (Fault fault) {
            throw failed(task, fault);
        }
    }

    private String enter(String from, Object input) {
        String name = from;
        Object current = input;
        while (name != null) {
            try {
                Scope scope = scope(name, current);
                State.Leaving leaving = switch (at(name)) {
                    case State.Pass pass -> pass.leaving();
                    case State.Choice choice -> chosen(name, choice, scope);
                    default -> null;
                };
                if (leaving == null) {
                    return name;
                }
                current = leave(leaving, scope, current);
                name = leaving.next();
            } catch (Fault fault) {
                throw failed(name, fault);
            }
        }
        return null;
    }

    /** Output and Assign both see the variables as they were. @return the output */
    private Object leave(State.Leaving leaving, Scope scope, Object otherwise) throws Fault {
        Object output = leaving.output() == null ? otherwise : leaving.output().evaluate(scope, "Output");
        Map<String, Object> assigned = new LinkedHashMap<>();
        for (Map.Entry<String, Template> variable : leaving.assign().entrySet()) {
            assigned.put(variable.getKey(), Payload.copy(variable.getValue().evaluate(scope, "Assign." + variable.getKey())));
        }
        variables.putAll(assigned);
        return Payload.copy(output);
    }

    /**
     * What a Task would be asked for with the variables assigned so far.
     *
     * @throws IllegalStateException if an expression fails
     */
    public Map<String, Object> arguments(String task) {
        State.Task state = task(task);
        try {
            return Json.object(Payload.copy(state.arguments().evaluate(scope(task, Map.of()), "Arguments")));
        } catch (Fault fault) {
            throw failed(task, fault);
        }
    }

    private State.Task task(String name) {
        if (at(name) instanceof State.Task task && task.arguments() != null) {
            return task;
        }
        throw new IllegalArgumentException("state \"" + name + "\" of " + machine.name() + " is no Task with Arguments");
    }

    private IllegalStateException failed(String state, Fault fault) {
        return new IllegalStateException("state " + state + " of " + machine.name() + ": " + fault.getMessage(), fault);
    }

    private State at(String name) {
        State state = machine.flow().states().get(name);
        if (state == null) {
            throw new IllegalArgumentException(machine.name() + " has no state \"" + name + "\"");
        }
        return state;
    }

    private static State.Leaving chosen(String name, State.Choice choice, Scope scope) throws Fault {
        for (int i = 0; i < choice.rules().size(); i++) {
            if (Boolean.TRUE.equals(choice.rules().get(i).condition().evaluate(scope, "Choices[" + i + "].Condition"))) {
                return choice.rules().get(i).leaving();
            }
        }
        if (choice.otherwise() == null) {
            throw new Fault(Fault.NO_CHOICE, "No rule of Choice '" + name + "' holds, and it has no Default.");
        }
        return choice.otherwise();
    }

    private Scope scope(String state, Object input) {
        Map<String, Object> states = new LinkedHashMap<>();
        states.put("input", input);
        states.put("context", context);
        return new Scope(state, states, variables);
    }
}
