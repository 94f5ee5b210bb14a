package eus.bakq.server.hsm;

import eus.bakq.server.vocabulary.SignatureValue;
import java.security.PublicKey;

/**
 * A key pair just made: wrapped, gone from the token, with the one signature it has made.
 *
 * @param proofOfPossession over what the caller of {@link CitizenKeys#generate} asked for: the
 *     certification request
 */
public record NewCitizenKey(
    WrappedKey wrapped, PublicKey publicKey, SignatureValue proofOfPossession) {}
