/**
 * How the model hears that the caller speaks and stops. The bridge interrupts, for it alone knows what was heard.
 * @param answers whether the model answers of its own accord
 */
export function phoneTurnDetection(answers: boolean) {
  return {
    type: "server_vad",
    threshold: 0.5,
    prefix_padding_ms: 300,
    silence_duration_ms: 500,
    create_response: answers,
    interrupt_response: false,
  } as const;
}
