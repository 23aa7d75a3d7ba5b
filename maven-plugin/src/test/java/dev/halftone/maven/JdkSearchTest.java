package dev.halftone.maven;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JdkSearchTest {
  @TempDir Path folder;

  private Path jdk(String name, String release) throws IOException {
    Path home = Files.createDirectories(folder.resolve(name));
    Path java = JdkSearch.java(home);
    Files.createDirectories(home.resolve("bin"));
    Files.writeString(java, "");
    assertThat(java.toFile().setExecutable(true)).isTrue();
    Files.writeString(home.resolve("release"), release);
    return home;
  }

  @Test
  void whatSuitsIsReadFromItsReleaseFile() throws IOException {
    assertThat(JdkSearch.suits(jdk("a", "IMPLEMENTOR=\"x\"\nJAVA_VERSION=\"25.0.3\"\n"))).isTrue();
    assertThat(JdkSearch.suits(jdk("b", "JAVA_VERSION=\"26\"\n"))).isTrue();
    assertThat(JdkSearch.suits(jdk("c", "JAVA_VERSION=\"17.0.15\"\n"))).isFalse();
    assertThat(JdkSearch.suits(jdk("d", "JAVA_VERSION=\"1.8.0_402\"\n"))).isFalse();
    assertThat(JdkSearch.suits(jdk("e", ""))).isFalse();
    assertThat(JdkSearch.suits(folder.resolve("none"))).isFalse();
  }

  @Test
  void theFirstThatSuitsIsTaken() throws IOException {
    Path old = jdk("old", "JAVA_VERSION=\"17\"");
    Path usual = folder.resolve("usual");
    jdk("usual/jdk-8", "JAVA_VERSION=\"1.8\"");
    Path found = jdk("usual/temurin-25", "JAVA_VERSION=\"25\"");
    Path mac = jdk("usual/temurin-24/Contents/Home", "JAVA_VERSION=\"25\"");
    assertThat(new JdkSearch(Map.of("JAVA_HOME", found.toString()), List.of()).find(List.of(old)))
        .contains(found);
    assertThat(new JdkSearch(Map.of(), List.of(usual)).find(List.of(mac))).contains(mac);
    String path = old.resolve("bin").toString();
    Path mine = Path.of(System.getProperty("java.home"));
    List<Path> known = List.of(mine, mac);
    assertThat(new JdkSearch(Map.of("PATH", path, "JAVA_HOME", ""), List.of(usual)).find(List.of()))
        .get()
        .isIn(known);
  }
}
