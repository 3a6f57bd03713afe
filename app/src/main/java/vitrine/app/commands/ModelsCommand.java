package vitrine.app.commands;

import picocli.CommandLine;
import picocli.CommandLine.Option;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;
import vitrine.app.terminal.Console;
import vitrine.interp.io.Json;

/** {@code vitrine models}: what {@code --model} can name beside a directory. */
@CommandLine.Command(
    name = "models",
    header = "List the bundled models.",
    description = "List the bundled models; --model takes their names, and any model directory.",
    footer = {
      "The first runs when no --model is given. A model directory is what Hugging Face has for a BERT or",
      "a GPT-2: config.json, model.safetensors and the tokenizer's files. With --json:",
      "  {\"models\":[{\"name\":...,\"default\":...,\"description\":...}]}",
      "",
      "Example:",
      "  vitrine models"
    })
final class ModelsCommand implements Command {
  private final Console console;

  @Option(names = "--json", description = "One JSON document.")
  private boolean json;

  ModelsCommand(Console console) {
    this.console = console;
  }

  @Override
  public void run() {
    if (!json) {
      for (BundledModel model : BundledModel.values()) {
        String ifDefault = model.equals(BundledModel.first()) ? " (when no --model is given)" : "";
        console.println(model.id() + ifDefault);
        console.println("  " + model.description());
      }
      return;
    }
    ObjectNode document = Json.object();
    ArrayNode models = document.putArray("models");
    for (BundledModel model : BundledModel.values()) {
      models
          .addObject()
          .put("name", model.id())
          .put("default", model.equals(BundledModel.first()))
          .put("description", model.description());
    }
    console.println(Json.line(document));
  }
}
