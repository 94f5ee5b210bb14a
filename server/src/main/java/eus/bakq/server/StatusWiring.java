package eus.bakq.server;

import eus.bakq.server.audit.AuditLog;
import eus.bakq.server.certificate.CertificationAuthority;
import eus.bakq.server.certificate.OcspResponder;
import eus.bakq.server.certificate.ResponderCertificates;
import eus.bakq.server.certificate.RevocationLists;
import eus.bakq.server.credential.CertificateRegister;
import eus.bakq.server.database.Database;
import eus.bakq.server.hsm.InfrastructureKeys;
import eus.bakq.server.signer.RowMacs;
import eus.bakq.server.vocabulary.Bytes;
import eus.bakq.server.web.PublicListener;
import eus.bakq.server.web.PublicListenerSettings;
import java.io.IOException;
import java.security.cert.CertificateEncodingException;

/** What the public is told of the authority's certificates: the parts, joined. */
record StatusWiring(
    CertificateRegister register,
    ResponderCertificates responderCertificates,
    OcspResponder responder,
    RevocationLists revocationLists,
    CertificationAuthority authority) {

  static StatusWiring of(
      Database database,
      CertificationAuthority authority,
      InfrastructureKeys keys,
      AuditLog audit) {
    RowMacs macs = new RowMacs(keys);
    CertificateRegister register = new CertificateRegister(macs);
    ResponderCertificates certificates =
        new ResponderCertificates(database, authority, keys, register, audit);
    return new StatusWiring(
        register,
        certificates,
        new OcspResponder(database, register, certificates, authority, keys),
        new RevocationLists(database, authority, register, macs, audit),
        authority);
  }

  PublicListener open(PublicListenerSettings settings) throws IOException {
    try {
      return PublicListener.start(
          settings,
          new PublicListener.Published(
              responder::respond,
              revocationLists::current,
              Bytes.copyOf(authority.certificate().getEncoded())));
    } catch (CertificateEncodingException e) {
      throw new IllegalStateException("a parsed certificate has an encoding", e);
    }
  }
}
