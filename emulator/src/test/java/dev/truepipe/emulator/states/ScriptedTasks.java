package dev.truepipe.emulator.states;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;

/** Answers each state's calls from its own script, then with what it usually answers. Remembers every call. */
final class ScriptedTasks implements TaskIntegration {

    /** What one call comes to. */
    interface Answer {
        Object give(TaskCall call) throws TaskFailed, InterruptedException;
    }

    private final Map<String, Deque<Answer>> scripts = new HashMap<>();
    private final Map<String, Answer> usual = new HashMap<>();
    private final List<TaskCall> calls = new ArrayList<>();

    static Answer gives(Object value) {
        return call -> value;
    }

    static Answer fails(String error, String cause) {
        return call -> {
            throw new TaskFailed(error, cause);
        };
    }

    /** Takes longer than the state allows, and stops when told. */
    static Answer hangs(SkippingTime time) {
        return call -> {
            time.reach(call.deadline());
            new CountDownLatch(1).await();
            throw new AssertionError("a latch that nobody opens has opened");
        };
    }

    synchronized ScriptedTasks usually(String state, Answer answer) {
        usual.put(state, answer);
        return this;
    }

    synchronized ScriptedTasks then(String state, Answer... answers) {
        scripts.computeIfAbsent(state, s -> new ArrayDeque<>()).addAll(List.of(answers));
        return this;
    }

    synchronized List<TaskCall> calls(String state) {
        return calls.stream().filter(call -> call.state().equals(state)).toList();
    }

    @Override
    public Object run(TaskCall call) throws TaskFailed, InterruptedException {
        Answer answer;
        synchronized (this) {
            calls.add(call);
            Deque<Answer> script = scripts.get(call.state());
            answer = script == null || script.isEmpty() ? usual.get(call.state()) : script.pop();
        }
        if (answer == null) {
            throw new AssertionError("no answer scripted for state " + call.state());
        }
        return answer.give(call);
    }
}
