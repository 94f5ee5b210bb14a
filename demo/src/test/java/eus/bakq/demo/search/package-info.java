/**
 * Looks for secrets where none may be: in files of any kind and in dumps of a Java heap, in all the
 * ways in which programs write a secret down.
 */
package eus.bakq.demo.search;
