/** Where native libraries are unpacked before they are loaded. */
package dev.boxmill.natives;
