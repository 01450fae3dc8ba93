package dev.truepipe.emulator.api;

import java.util.Map;

/** How the cloud is: for programs, and for people who open its address in a browser. */
public interface HealthPage {
    Map<String, Object> json();

    String html();
}
