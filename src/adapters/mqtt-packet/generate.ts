import { generate, writeToStream } from "mqtt-packet";

// With its first packet mqtt-packet would make a buffer for each of the 65,536 numbers that two bytes can hold, and keep
// them: 10 MB for the life of the process, to save an allocation of two bytes a packet. The setting is one for all who
// use the library, MQTT.js too.
writeToStream.cacheNumbers = false;

export { generate };
