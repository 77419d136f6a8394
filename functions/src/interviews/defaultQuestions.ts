import type { InterviewType } from "./interviewTypes";

/** What is asked in an interview for which its user gives no questions. */
export const DEFAULT_QUESTIONS: Readonly<Record<InterviewType, readonly string[]>> = {
  behavioral: [
    "Tell me about a time when you disagreed with somebody you worked with. How did you deal with it?",
    "Tell me about a project that did not go as planned. What did you do when you noticed?",
    "Describe a situation in which you had more to do than time to do it. How did you decide what came first?",
    "Tell me about a mistake of yours that others noticed. What happened next?",
    "Describe something you achieved that nobody had asked you for. Why did you take it on?",
  ],
  case: [
    "A regional coffee chain has seen its profit fall by a fifth in two years while its revenue stayed flat. How would you find out why, and what would you look at first?",
    "A maker of household appliances considers selling directly to customers online, beside its retailers. Should it?",
    "Estimate how many electric cars could be charged in a city of one million people on an ordinary evening.",
    "A private hospital group wants to grow its revenue by thirty percent in three years. Which options would you compare, and how?",
    "An airline is offered a small competitor for two hundred million. How would you decide whether it is worth that price?",
  ],
  technical: [
    "What happens between typing an address into a browser and seeing the page? Go into depth where you know most.",
    "How would you find the cause of a service that becomes slower each day until it is restarted?",
    "When would you choose a hash table, and when a balanced tree? What does each cost?",
    "Explain what a race condition is, by one that you have met or could imagine, and how you would rule it out.",
    "How do you decide what to test, and at which level? Take a piece of software that you know well as the example.",
  ],
  system_design: [
    "Design a service that shortens links, for a hundred million new links a month.",
    "Design a chat for groups of up to a thousand people that also works on a poor connection.",
    "Design the part of an online shop that makes sure nothing is sold twice, also during a big sale.",
    "Design a system that sends ten million notifications within five minutes, each exactly once as far as the user can tell.",
    "Design a store for the measurements of a million sensors that report every ten seconds, and are asked about by day and by year.",
  ],
  product: [
    "Which product do you use often and like? How would you improve it, and for whom?",
    "The number of people who sign up grows, but fewer of them come back each month. How would you find out why?",
    "You can build only one of three features that three important customers demand. How do you decide?",
    "How would you design an app that helps older people to keep in touch with their families?",
    "You launched a feature, and hardly anybody uses it. What do you do in the following weeks?",
  ],
  leadership: [
    "Tell me about somebody in your team who did not perform as expected. What did you do, and what became of it?",
    "Describe a decision that you had to make without knowing enough. How did you make it, and how did it turn out?",
    "How did you lead people through a change that they did not want?",
    "Tell me about a conflict between two people or teams who both depended on you. How did you settle it?",
    "Whom have you helped to grow, and how? How could one see that it worked?",
  ],
  general: [
    "Please introduce yourself: what should I know about you for this role?",
    "Why do you want this role, and why now?",
    "What are you particularly good at? Give me an example of when it mattered.",
    "What do you find difficult, and what do you do about it?",
    "Where would you like to be in three years, and how does this role lead there?",
  ],
};
