/**
 * PKCS#11 v2.40 over the foreign function interface: functions, constants, return codes; nothing
 * else.
 */
package eus.bakq.pkcs11;
