/**
 * EventBridge and SNS at home: events, rules, schedules and the topics they end in.
 *
 * <p>Enter at {@code EventBus} and {@code Topics}.
 */
package dev.truepipe.emulator.events;
