package dev.truepipe.functions;

import dev.truepipe.run.LiveModel;
import dev.truepipe.workload.Parameters;
import java.io.IOException;
import java.util.function.Supplier;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.ssm.SsmClient;
import software.amazon.awssdk.services.ssm.model.ParameterType;

/** The live model of each dataset as an SSM parameter, {@link Parameters#champion}. */
public final class ParameterLiveModel implements LiveModel {
    private final String stack;
    private final Supplier<SsmClient> parameters;

    /** @param parameters made when first asked for */
    public ParameterLiveModel(String stack, Supplier<SsmClient> parameters) {
        this.stack = stack;
        this.parameters = parameters;
    }

    @Override
    public void name(String dataset, String modelUrl) throws IOException {
        String name = Parameters.champion(stack, dataset);
        try {
            parameters.get().putParameter(request -> request.name(name).value(modelUrl).type(ParameterType.STRING).overwrite(true));
        } catch (SdkException e) {
            throw new IOException("cannot write the SSM parameter " + name + ", which says which model is live: " + e.getMessage(), e);
        }
    }
}
