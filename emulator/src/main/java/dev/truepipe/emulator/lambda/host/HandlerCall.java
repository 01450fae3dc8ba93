package dev.truepipe.emulator.lambda.host;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestHandler;
import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import com.amazonaws.services.lambda.runtime.serialization.PojoSerializer;
import com.amazonaws.services.lambda.runtime.serialization.events.LambdaEventSerializers;
import com.amazonaws.services.lambda.runtime.serialization.factories.JacksonFactory;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.lang.reflect.TypeVariable;
import java.util.HashMap;
import java.util.Map;

/** A handler, and how its input and output are written as JSON: by the same library as Lambda's own runtime. */
interface HandlerCall {

    /** The setting names no handler that can be called. */
    final class BadHandlerException extends Exception {
        BadHandlerException(String message) {
            super(message);
        }
    }

    byte[] call(byte[] payload, Context context) throws Exception;

    /**
     * Loads a handler class and makes one of it; its constructor is the init phase.
     *
     * @param name {@code package.Class} or {@code package.Class::handleRequest}
     * @throws BadHandlerException if there is no such class, or it is no handler
     * @throws Throwable what its constructor threw
     */
    static HandlerCall load(String name) throws Throwable {
        int method = name.indexOf("::");
        if (method >= 0 && !name.substring(method + 2).equals("handleRequest")) {
            throw new BadHandlerException("handler " + name + ": only handleRequest of a RequestHandler or RequestStreamHandler is called here");
        }
        String className = method < 0 ? name : name.substring(0, method);
        Class<?> type;
        try {
            type = Class.forName(className);
        } catch (ClassNotFoundException e) {
            throw new BadHandlerException("Class not found: " + className);
        }
        Object handler;
        try {
            handler = type.getConstructor().newInstance();
        } catch (NoSuchMethodException e) {
            throw new BadHandlerException("Class " + className + " has no public zero-argument constructor");
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
        return switch (handler) {
            case RequestHandler<?, ?> typed -> typed(type, typed);
            case RequestStreamHandler stream -> (payload, context) -> {
                ByteArrayOutputStream out = new ByteArrayOutputStream();
                stream.handleRequest(new ByteArrayInputStream(payload), out, context);
                return out.toByteArray();
            };
            default -> throw new BadHandlerException(
                    "Class " + className + " implements neither RequestHandler nor RequestStreamHandler");
        };
    }

    private static HandlerCall typed(Class<?> type, RequestHandler<?, ?> handler) {
        Map<TypeVariable<?>, Type> known = new HashMap<>();
        learn(type, known);
        TypeVariable<?>[] parameters = RequestHandler.class.getTypeParameters();
        PojoSerializer<Object> input = serializer(resolve(parameters[0], known));
        PojoSerializer<Object> output = serializer(resolve(parameters[1], known));
        @SuppressWarnings("unchecked")
        RequestHandler<Object, Object> untyped = (RequestHandler<Object, Object>) handler;
        return (payload, context) -> {
            Object answer = untyped.handleRequest(input.fromJson(new ByteArrayInputStream(payload)), context);
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            output.toJson(answer, out);
            return out.toByteArray();
        };
    }

    /** Collects what each type parameter on the way up to {@link RequestHandler} stands for. */
    private static void learn(Type type, Map<TypeVariable<?>, Type> known) {
        if (type == null) {
            return;
        }
        Class<?> raw;
        if (type instanceof ParameterizedType parameterized) {
            raw = (Class<?>) parameterized.getRawType();
            TypeVariable<?>[] names = raw.getTypeParameters();
            for (int i = 0; i < names.length; i++) {
                known.put(names[i], parameterized.getActualTypeArguments()[i]);
            }
        } else {
            raw = (Class<?>) type;
        }
        learn(raw.getGenericSuperclass(), known);
        for (Type each : raw.getGenericInterfaces()) {
            learn(each, known);
        }
    }

    private static Type resolve(Type type, Map<TypeVariable<?>, Type> known) {
        Type resolved = type;
        while (resolved instanceof TypeVariable<?> variable) {
            resolved = known.getOrDefault(variable, Object.class);
        }
        return resolved;
    }

    @SuppressWarnings("unchecked")
    private static PojoSerializer<Object> serializer(Type type) {
        if (type instanceof Class<?> event && LambdaEventSerializers.isLambdaSupportedEvent(event.getName())) {
            return (PojoSerializer<Object>) LambdaEventSerializers.serializerFor(event, event.getClassLoader());
        }
        return JacksonFactory.getInstance().getSerializer(type);
    }
}
