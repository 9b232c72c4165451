/** Magnus formula over water, coefficients of Sonntag (1990): valid from -45 to 60 °C. */
const A = 17.62;
const B_C = 243.12;

/**
 * The dew point of air in °C: 20 °C with 50 % gives 9.3 °C.
 *
 * @param tempC air temperature, °C
 * @param humidityPct relative humidity, %, above 0
 */
export function dewPointC(tempC: number, humidityPct: number): number {
  const gamma = Math.log(humidityPct / 100) + (A * tempC) / (B_C + tempC);
  return (B_C * gamma) / (A - gamma);
}
