/** What a token must hold, as reviewed files, and the programs that make and check it. */
package eus.bakq.hsmconfig;
