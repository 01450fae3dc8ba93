package dev.truepipe.cli;

import dev.truepipe.workload.Parameters;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.services.ssm.SsmClient;
import software.amazon.awssdk.services.ssm.model.ParameterNotFoundException;

/** What a deployed stack wrote down of itself, in the cloud that the environment names. @param name of the stack */
record DeployedStack(String name) {
    /** @throws UnreadableInput if there is no such stack in this account and Region */
    String ask(Parameters what) throws UnreadableInput {
        String parameter = what.of(name);
        try (SsmClient parameters = client()) {
            return parameters.getParameter(request -> request.name(parameter)).parameter().value();
        } catch (ParameterNotFoundException e) {
            throw new UnreadableInput(
                    "stack " + name,
                    "there is no parameter " + parameter + " in this account and Region",
                    "deploy the stack first, name it with --stack, or set AWS_REGION");
        }
    }

    static SsmClient client() {
        return SsmClient.builder().httpClientBuilder(UrlConnectionHttpClient.builder()).build();
    }
}
