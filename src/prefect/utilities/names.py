"""Names for runs that people can say, and secrets made unreadable.

Slugs are made of one or more describing words and an animal, such as "brave-otter". The lists are ours; every
word is short, friendly and spelt without hyphens.
"""

from __future__ import annotations

import random

OBFUSCATED_PREFIX = "****"
OBFUSCATED_LENGTH = 8
SHOWN_TAIL = 4
IGNORE_LIST: tuple[str, ...] = ()
"""Words that never appear in a slug; none, since the lists hold only words we chose."""

ADJECTIVES = """
    able agile airy alert amber ample apt aqua artful aware azure balmy bold bonny brave breezy brief bright
    brisk bronze bubbly calm candid caring casual cheery chief civil clean clear clever cobalt composed cool
    copper coral cordial cosy crafty crimson crisp cuddly curious curly daring dapper dashing dear deep deft
    devoted dewy direct dusky dutiful eager early earnest easy elated elegant emerald even exact fabled fair
    famed fancy fearless festive fiery fine firm fit fleet floral fluent fluffy fond frank free fresh frosty
    funny gallant genial gentle giddy gifted glad gleaming golden good graceful grand grateful great hale
    handy happy hardy hearty helpful honest humble hushed icy ideal indigo intent ivory jade jaunty jolly
    jovial joyful keen kind lavish lean light likeable lilac lively local loyal lucid lucky lunar magic mellow
    merry mighty mild mindful minty modest mossy musical neat nifty nimble noble novel olive open opal orderly
    patient peachy perky placid plucky plush polished polite proud prime prompt quaint quick quiet radiant
    rapid rare ready regal rosy round royal ruby rugged rustic sage sandy sapphire savvy scarlet sensible
    serene sharp shiny silent silky silver sincere sleek smart smiling smooth snappy snowy snug sociable solar
    solid spirited spry stable starry steady stellar still stoic stout strong sturdy subtle sunny supple sure
    swift tactful tame tawny teal tender thrifty tidy topaz tranquil trim true trusty upbeat valiant velvet
    verdant vivid warm wary watchful whimsical wise witty woolly worthy young zealous zesty
""".split()

ANIMALS = """
    adder albatross alpaca anchovy ant antelope auk avocet axolotl badger barbet bat bear beaver bee beetle
    bison bittern boar bobcat bonobo bream buffalo bullfinch bunting bustard butterfly buzzard camel capybara
    cardinal caribou carp cat catfish chameleon chamois cheetah chickadee chinchilla chipmunk cicada civet
    clam coati cod condor coot cormorant cougar cow crab crane cricket crow cuckoo curlew deer dingo dipper
    dodo dolphin donkey dormouse dove dragonfly duck dugong dunlin eagle echidna eel egret eland elk emu
    ermine falcon ferret finch firefly flamingo flounder fox frog fulmar gannet gazelle gecko gerbil gibbon
    giraffe gnu goat godwit goldfinch goose gopher goshawk grebe grouse guanaco guppy gull haddock halibut
    hamster hare harrier hawk hedgehog heron herring hippo hoopoe hornbill horse ibex ibis iguana impala
    jackal jackdaw jaguar jay kangaroo kestrel kingfisher kinkajou kite kiwi koala kudu ladybird lamprey
    lapwing lark lemming lemur leopard limpet linnet lion lizard llama lobster loon lorikeet lynx macaw
    mackerel magpie mallard manatee mantis marlin marmot marten meerkat merlin mink minnow mole mongoose
    moorhen moose moth mouse mule mussel narwhal newt nightjar nuthatch ocelot octopus okapi opossum orca
    oriole oryx osprey ostrich otter owl oyster panda pangolin panther parrot partridge peacock pelican
    penguin perch petrel pheasant pigeon pika pike pipit platypus plover polecat pony porcupine porpoise prawn
    ptarmigan puffin puma quail quokka rabbit raccoon raven ray redstart reindeer rhino robin roebuck rook
    salamander salmon sandpiper sardine scallop seahorse seal serval shark sheep shrew shrimp skate skink
    skylark sloth snail snipe sparrow spider squid squirrel starfish starling stoat stork sturgeon sunfish
    swallow swan swift tamarin tapir tarsier tern thrush tiger toad tortoise toucan trout tuna turbot turtle
    viper vole wagtail wallaby walrus warbler weasel whale whelk wigeon wolf wombat woodcock woodpecker wren
    yak zebra
""".split()


def generate_slug(n_words: int) -> str:
    """Random words joined by hyphens, the last an animal.

    Args:
        n_words: how many words, at least 1; two give about 80,000 different slugs.
    """
    return slug_of([random.random() for _ in range(n_words)])


def slug_of(shares: list[float]) -> str:
    """The slug that numbers from [0, 1) stand for, one number a word. Raises ValueError without any."""
    if not shares:
        raise ValueError("A slug needs at least one word; got n_words=0.")
    words = [ADJECTIVES[int(share * len(ADJECTIVES))] for share in shares[:-1]]
    return "-".join([*words, ANIMALS[int(shares[-1] * len(ANIMALS))]])


def obfuscate(s: object, show_tail: bool = False) -> str:
    """Eight characters that give nothing away of a secret, whatever its type. See `obfuscate_string`."""
    return obfuscate_string(str(s), show_tail=show_tail)


def obfuscate_string(s: str, show_tail: bool = False) -> str:
    """Eight characters that give nothing away of a text, nor how long it is.

    Args:
        show_tail: show up to four last characters of a text longer than ten, so that people can tell keys
            apart.
    """
    hidden = "*" * OBFUSCATED_LENGTH
    shown = min(len(s) - 10, SHOWN_TAIL) if show_tail else 0
    return hidden[:-shown] + s[-shown:] if shown > 0 else hidden
