package dev.truepipe.emulator.s3;

import java.net.URI;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ClientBuilder;

/** The SDK's client, as functions use it, for tests. */
public final class Clients {
    private Clients() {}

    /** As {@code S3ObjectStore.clientBuilder} makes it. */
    public static S3Client s3(URI endpoint) {
        return s3Builder(endpoint).overrideConfiguration(c -> c.addExecutionInterceptor(new NoExpect())).build();
    }

    /** Asks once. */
    static S3Client s3WithoutRetries(URI endpoint) {
        return s3Builder(endpoint)
                .overrideConfiguration(c -> c.retryStrategy(AwsRetryStrategy.doNotRetry()).addExecutionInterceptor(new NoExpect()))
                .build();
    }

    private static S3ClientBuilder s3Builder(URI endpoint) {
        return S3Client.builder()
                .endpointOverride(endpoint)
                .region(Region.US_EAST_1)
                .credentialsProvider(StaticCredentialsProvider.create(AwsBasicCredentials.create("anyone", "anything")))
                .httpClientBuilder(UrlConnectionHttpClient.builder());
    }

    /** The JDK's connection loses count when an error comes instead of {@code 100 Continue}, and sends the next request twice. */
    private static final class NoExpect implements ExecutionInterceptor {
        @Override
        public SdkHttpRequest modifyHttpRequest(Context.ModifyHttpRequest context, ExecutionAttributes attributes) {
            return context.httpRequest().copy(request -> request.removeHeader("Expect"));
        }
    }
}
