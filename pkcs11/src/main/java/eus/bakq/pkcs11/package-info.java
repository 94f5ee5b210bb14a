/**
 * PKCS#11 v2.40 over the foreign function interface: functions, constants, return codes; and what a
 * thief would try with them ({@link eus.bakq.pkcs11.Theft}). Nothing else. For 64-bit Linux, where
 * a CK_ULONG has 8 bytes and structures are aligned naturally.
 *
 * <p>In: the path of a module, typed attributes and mechanisms. Out: handles and bytes, or a {@link
 * eus.bakq.pkcs11.Pkcs11Exception} that carries the return code. The module is trusted: its code
 * runs in this process, and a call that hangs in it cannot be ended. What a token says of itself is
 * not: it is the caller who checks.
 *
 * <p>Every buffer that is handed to the module is zeroed and freed when its call ends.
 */
package eus.bakq.pkcs11;
