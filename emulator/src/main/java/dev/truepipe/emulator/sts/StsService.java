package dev.truepipe.emulator.sts;

import dev.truepipe.emulator.api.Arns;
import dev.truepipe.emulator.api.AwsError;
import dev.truepipe.emulator.api.AwsQueryService;
import java.util.Map;
import java.util.UUID;

/** Security Token Service, as far as tools ask who they are: {@code GetCallerIdentity}. Whoever asks is the account's user. */
public final class StsService implements AwsQueryService {
    /** The user that every access key belongs to. */
    private static final String USER = "truepipe";

    @Override
    public String version() {
        return "2011-06-15";
    }

    @Override
    public String call(String action, Map<String, String> form) throws AwsError {
        if (!action.equals("GetCallerIdentity")) {
            throw new AwsError("InvalidAction", "the embedded STS has GetCallerIdentity and nothing else, not " + action
                    + "; leave roles out: any access key may do everything here");
        }
        return "<GetCallerIdentityResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><GetCallerIdentityResult>"
                + "<Arn>arn:aws:iam::" + Arns.ACCOUNT + ":user/" + USER + "</Arn><UserId>AIDATRUEPIPE</UserId><Account>" + Arns.ACCOUNT
                + "</Account></GetCallerIdentityResult><ResponseMetadata><RequestId>" + UUID.randomUUID()
                + "</RequestId></ResponseMetadata></GetCallerIdentityResponse>";
    }
}
