package eus.bakq.cli;

import com.google.protobuf.ByteString;
import java.util.Base64;

/** A throw-away certificate: CN=Citizen, P-256, self-signed. */
final class ACertificate {
  private static final String BASE64 =
      "MIIBfDCCASGgAwIBAgIUec0l1Tn+E3lx4MqA1ctrycmp75YwCgYIKoZIzj0EAwIwEjEQMA4GA1UE"
          + "AwwHQ2l0aXplbjAgFw0yNjExMjIwMDAzNDZaGA8yMTI2MTAyOTAwMDM0NlowEjEQMA4GA1UEAwwH"
          + "Q2l0aXplbjBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABCkr7Aik+9P5uzbo5uquPx0GuCFAeXBk"
          + "Xf63evrCSvrr4pIAnqks/2d8NuBP/C1ivmcO04SbXVtzBcOi14Mv/Y+jUzBRMB0GA1UdDgQWBBTC"
          + "n4i7c1znJYpY8HJdU9VCWIrbdDAfBgNVHSMEGDAWgBTCn4i7c1znJYpY8HJdU9VCWIrbdDAPBgNV"
          + "HRMBAf8EBTADAQH/MAoGCCqGSM49BAMCA0kAMEYCIQC4xTZ1P1N09AYPrxF6JBOqbiX/Su9t0Duu"
          + "gxbFIOrGGQIhAIRNHTUsqJBwnlnx0Jli1WQAto1KWi3IKUc2JxdS+cNj";

  static final ByteString DER = ByteString.copyFrom(Base64.getDecoder().decode(BASE64));

  private ACertificate() {}
}
