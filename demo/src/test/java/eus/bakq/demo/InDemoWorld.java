package eus.bakq.demo;

import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * Gives tests the one world of this JVM, which is started when it is first asked for and closed
 * after the last test. A test fails at its end if any answer in it broke the contract of errors.
 */
final class InDemoWorld implements ParameterResolver, AfterEachCallback {
  private static final ExtensionContext.Namespace NAMESPACE =
      ExtensionContext.Namespace.create(InDemoWorld.class);

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    return parameter.getParameter().getType() == DemoWorld.class;
  }

  @Override
  public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
    return world(context);
  }

  @Override
  public void afterEach(ExtensionContext context) {
    world(context).conformance().requireNoViolation();
  }

  private static DemoWorld world(ExtensionContext context) {
    return context
        .getRoot()
        .getStore(NAMESPACE)
        .computeIfAbsent(DemoWorld.class, key -> started(), DemoWorld.class);
  }

  private static DemoWorld started() {
    try {
      return DemoWorld.start(6, "");
    } catch (Exception e) {
      throw new IllegalStateException("the world does not start", e);
    }
  }
}
