package dev.truepipe.emulator.states;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A JSON value in a definition in which strings of the form <code>{% … %}</code> are JSONata. */
sealed interface Template {

    /** @throws Fault {@code States.QueryEvaluationError} */
    Object evaluate(Scope scope, String field) throws Fault;

    /** Stands for itself. */
    record Literal(Object value) implements Template {
        @Override
        public Object evaluate(Scope scope, String field) {
            return value;
        }
    }

    /** <code>{% … %}</code> */
    record Expression(Query query) implements Template {
        @Override
        public Object evaluate(Scope scope, String field) throws Fault {
            return query.evaluate(scope.states(), scope.variables(), "state '" + scope.state() + "', field '" + field + "'");
        }
    }

    record ObjectOf(Map<String, Template> fields) implements Template {
        @Override
        public Object evaluate(Scope scope, String field) throws Fault {
            Map<String, Object> values = new LinkedHashMap<>();
            for (Map.Entry<String, Template> entry : fields.entrySet()) {
                values.put(entry.getKey(), entry.getValue().evaluate(scope, field + "/" + entry.getKey()));
            }
            return values;
        }
    }

    record ArrayOf(List<Template> items) implements Template {
        @Override
        public Object evaluate(Scope scope, String field) throws Fault {
            List<Object> values = new ArrayList<>();
            for (int i = 0; i < items.size(); i++) {
                values.add(items.get(i).evaluate(scope, field + "/" + i));
            }
            return values;
        }
    }

    /** @throws IllegalArgumentException if a string is neither plain nor well-formed JSONata */
    static Template of(Object json) {
        return switch (json) {
            case String text -> ofString(text);
            case Map<?, ?> map -> {
                Map<String, Template> fields = new LinkedHashMap<>();
                map.forEach((key, value) -> {
                    if (((String) key).endsWith(".$")) {
                        throw new IllegalArgumentException("\"" + key + "\" is JSONPath; write \"{% … %}\" as the value instead");
                    }
                    fields.put((String) key, of(value));
                });
                yield new ObjectOf(fields);
            }
            case List<?> list -> new ArrayOf(list.stream().map(Template::of).toList());
            case null, default -> new Literal(json);
        };
    }

    private static Template ofString(String text) {
        boolean opens = text.startsWith("{%");
        boolean closes = text.endsWith("%}");
        if (opens && closes && text.length() >= 4) {
            return new Expression(new Query(text.substring(2, text.length() - 2).strip()));
        }
        if (text.strip().startsWith("{%") || text.strip().endsWith("%}")) {
            throw new IllegalArgumentException("\"" + text + "\" is half a JSONata string: it must begin with {% and end with %}, without spaces around");
        }
        return new Literal(text);
    }
}
